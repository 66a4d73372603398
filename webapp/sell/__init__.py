"""The till: find, tap, pay, done, undo; with and without JavaScript, with and without the network."""
