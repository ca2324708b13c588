"""`python -m ssak3`."""

from ssak3.cli import main

if __name__ == "__main__":
    main()
