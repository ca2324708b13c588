"""Payment's hands: the providers, and the HTTP that payment serves."""
