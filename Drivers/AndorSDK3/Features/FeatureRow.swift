/// A feature that clients see as a setting, if the camera has it.
struct FeatureRow: Sendable {
    enum Kind: Sendable { case int, float, bool, choice, string }

    /// The setting's name: the feature's, as python-microscope writes it.
    let name: String
    let kind: Kind
    let feature: AndorFeature
    /// Whether the camera must not be taking images while it is written.
    let needsPause: Bool

    init(_ name: String, _ kind: Kind, _ feature: AndorFeature, needsPause: Bool = false) {
        (self.name, self.kind, self.feature, self.needsPause) = (name, kind, feature, needsPause)
    }

    /// A feature that is locked while the camera takes images.
    static func paused(_ name: String, _ kind: Kind, _ feature: AndorFeature) -> FeatureRow {
        FeatureRow(name, kind, feature, needsPause: true)
    }
}
