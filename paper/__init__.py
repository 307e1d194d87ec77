"""The printing press: sets what other rooms say as a PDF that archives and screen readers take."""
