/// Why a definition was not served.
struct Failure: Sendable, Equatable {
    let reason: String
    /// When that was last so, in seconds since 1970.
    let time: Double
    /// When it is to be tried again; nil if it is tried at once.
    var retryTime: Double?
    /// When it was served again; nil as long as it is not.
    var recoveryTime: Double?
}
