"""The clock: what is due becomes an event in the inbox. Tables decide, APScheduler only ticks."""
