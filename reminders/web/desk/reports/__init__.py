"""Pages with figures: what left, arrived and cost, by month."""
