"""How third-party lists are written. Each format turns a line into the names it lists."""
