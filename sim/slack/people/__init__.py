"""What the people of the workspace do, and what the app is sent when they do it."""
