"""The scales: reads what they say, asks them over the network or a serial line, and plays one."""
