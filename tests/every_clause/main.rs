//! Every clause that a contract file knows, switched on at random, several at once, over months of
//! random facts: what must hold for every contract (semantics §10) holds for these too.

mod clauses;
mod deal;
mod happened;
mod laws;
mod met;
mod money_clauses;
mod random_worlds;
mod settled;
mod terms;
