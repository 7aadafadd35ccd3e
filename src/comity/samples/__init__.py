"""Sample logs that the demo and the tests import: written by the real harness, no real model, task or result."""
