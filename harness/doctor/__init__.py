"""What is installed, whether it is fit for use, and what each missing thing would unlock."""
