"""The real engine played ahead on a copy: simulation, forecast, day preview and the demo."""
