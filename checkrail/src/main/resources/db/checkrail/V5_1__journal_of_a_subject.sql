-- What of one kind happened to one load balancer, latest first: asked before each rollout and by each "lb show".
create index journal_kind_subject on journal (kind, subject, number);
