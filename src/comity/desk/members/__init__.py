"""Who belongs: devices, groups and their seats, letting in, ending, releasing and erasing."""
