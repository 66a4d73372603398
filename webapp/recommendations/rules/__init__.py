"""Arithmetic and checks of the adviser; nothing here touches the world."""
