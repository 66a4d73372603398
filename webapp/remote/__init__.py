"""Outside services, one module each, over the one policy of `client`."""
