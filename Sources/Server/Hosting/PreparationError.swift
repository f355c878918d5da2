/// What a device did not take of its preparation, and where that was asked for.
struct PreparationError: Error, CustomStringConvertible {
    let place: String
    let message: String

    var description: String { "\(place): \(message)" }
}
