"""Ways into a guest: the QEMU guest agent, and none at all."""
