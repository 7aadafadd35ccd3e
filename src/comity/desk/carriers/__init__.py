"""What carries: hubs, bundles and receipts, and what each of the others holds."""
