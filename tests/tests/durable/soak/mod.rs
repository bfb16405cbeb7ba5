//! A city under load while processes, broker, network, disk and clock fail at random, and held against its log at the end. Twelve seconds
//! of it in every run of the tests; `make soak` lets it last an hour.

mod city;
mod dice;
mod fault;
mod load;
mod ordeal;
mod tally;
mod verdict;
