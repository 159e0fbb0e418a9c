//! Memory that is far away is asked for before it is written: the processor goes on meanwhile, where it would wait
//! for a write that comes too early. No result depends on it.

/// Asks for what is at a place, and for its neighbours in the same line of the caches. Processors that no
/// crate knows how to ask without `unsafe` do nothing, and wait as they did. That it is for writing is a hint that a build for
/// all processors does not pass on.
#[inline(always)]
pub(crate) fn fetch<T>(place: &T) {
    #[cfg(target_arch = "x86_64")]
    safe_arch::prefetch_et0(place);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}
