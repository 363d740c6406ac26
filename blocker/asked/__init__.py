"""What the API and the command line can be asked to change: checked alike, made an Edit."""
