//! What the stage tells the rest of the program while it works. Called on the export thread, so an
//! implementation only counts or queues.

/// Receives counts and warnings from a `Delivery`.
pub trait Observer: Send + Sync {
    /// A request body of this size is about to be sent, compressed if it is.
    fn request(&self, bytes_on_wire: usize);
    /// A failed request is about to be sent again within the same round.
    fn retried(&self);
    /// Something a person should know. `code` is stable, and the caller deduplicates by it;
    /// `message` names the cause and the mend, and never holds a header value.
    fn warning(&self, code: &'static str, message: String);
}
