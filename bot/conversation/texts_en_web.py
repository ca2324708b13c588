"""What the page's door says in English, before there is a talk."""

TOO_FAST = "A little slower, please."
UNREADABLE = "I couldn't read that. Please send it again."
INVITE_TITLE = "You need an invite"
INVITE_DETAIL = "Enter the invite code you got from the operator. It works once, within a week."
TOO_MANY_TITLE = "Please try again in a moment"
TOO_MANY_DETAIL = "There were too many attempts from this address. Try again in a little while."
