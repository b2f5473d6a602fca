"""The workflows of the counter: each commits first and acts later."""
