"""Run the real engine on a copy of the database: simulation, forecast, day preview, demo."""
