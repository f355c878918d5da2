/// What clients are to know of an object, before any of its calls.
struct ObjectDescription: Sendable {
    /// The number by which its host knows it.
    let index: Int
    /// The id by which clients know it.
    let id: String
    /// The id of the device whose part it is; nil for one that was opened by itself.
    let owner: String?
    let methods: [String]
    let attributes: [String]
    /// Whether it has light, or lets out that of others.
    let isLightSource: Bool
    /// The settings that a crash takes with it.
    let settingsNotComingBack: Set<String>
    /// Where its data go, if it is a data device.
    let stream: DataStream?
}
