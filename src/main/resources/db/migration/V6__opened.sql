comment on column activities.opened is 'True: an epoch was started, at the earliest activity.opens-ahead before opens_at. Never goes back.';
