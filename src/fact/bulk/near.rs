//! Memory that is far away is asked for before it is written: the processor goes on meanwhile, where it would wait
//! for a write that comes too early. No result depends on it.

/// Asks for what is at a place, and for its neighbours in the same line of the caches. Processors of which nobody
/// knows how to ask do nothing.
#[inline(always)]
pub(crate) fn fetch<T>(place: &T) {
    #[cfg(target_arch = "x86_64")]
    safe_arch::prefetch_et0(place);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}
