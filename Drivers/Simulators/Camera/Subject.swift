internal import Devices

/// What is before a simulated sensor when a trigger comes, as plain values: its image is made on another thread, later.
protocol Subject: Sendable {
    /// The image as the settings by the end of its exposure have it.
    ///
    /// - Parameter number: of the image since the start, from 0.
    func image(_ settings: SensorSettings, number: Int) -> Frame
}
