"""The window: periods, shares, figures, reports, certificates and exports."""
