/// Somebody to whom a device's data go.
protocol DataReceiver: AnyObject, Sendable {
    /// Takes a datum without waiting; false if it has no use for it.
    func offer(_ delivery: Delivery) -> Bool
    /// Waits until it would take a datum at once, or until the limit.
    func waitForRoom(within limit: Duration)
    /// There will be no more data for now.
    func streamEnded()
}
