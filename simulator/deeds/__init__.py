"""What people do, by where they do it; `people.People` has all of it."""
