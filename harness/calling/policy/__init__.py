"""Who may make an end-to-end encrypted call: policies, their assignment, the user's toggle, the mode of a call."""
