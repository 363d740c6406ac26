"""The devices at home: which addresses are one device, who made it, and how that is known."""
