"""Each client's yes and no by channel, how it is proven, and the stop that binds a contact."""
