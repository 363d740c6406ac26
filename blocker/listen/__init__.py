"""Sockets towards clients. They move bytes and hold no opinion about DNS."""
