/// What went wrong since the camera was opened.
struct AcquisitionCounts: Sendable, Equatable {
    /// How often the camera's memory ran over.
    var overflows = 0
    /// How often an image did not come in time.
    var timeouts = 0
    /// How often the acquisition was started again to go on.
    var restarts = 0
    /// How often the camera could not be reached any more.
    var losses = 0
    /// Images that were copied because clients held all buffers.
    var copies = 0
}
