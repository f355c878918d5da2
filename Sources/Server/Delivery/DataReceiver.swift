/// Somebody to whom a device's data go.
protocol DataReceiver: AnyObject, Sendable {
    /// Takes a datum without waiting.
    func offer(_ delivery: Delivery)
    /// There will be no more data for now.
    func streamEnded()
}
