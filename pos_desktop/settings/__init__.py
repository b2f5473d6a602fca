"""Settings, secrets, folders and logs of this machine."""
