"""The live channel: outbox, islands, topics and the hub that carries them to every open page and program."""
