internal import Devices
internal import SDKCameras

/// A feature as clients address it: its name, and the entries of the selectors that it depends on.
struct FeatureID: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    struct Selection: Sendable, Hashable {
        let selector: String
        let key: Int
        let entry: String
    }

    let name: String
    var selections: [Selection] = []

    init(_ name: String, _ selections: [Selection] = []) { (self.name, self.selections) = (name, selections) }
    init(stringLiteral name: String) { self.init(name) }

    /// As the name of a setting: `LineMode[Line1]`.
    var description: String { name + selections.map { "[\($0.entry)]" }.joined() }
}

/// The facts about a feature that do not change.
struct Feature: Sendable {
    let id: FeatureID
    let kind: AravisLibrary.NodeKind
    /// 1 guru, 2 expert, 3 beginner.
    let visibility: Int
}

/// The features of a camera that clients see.
struct FeatureTree: Sendable {
    let features: [Feature]

    /// Walks through the description of an open camera.
    ///
    /// - Parameter least: the visibility below which features are left out.
    init(_ camera: AravisCamera, least: Int) throws(DeviceError) {
        var walk = Walk(camera: camera, least: least)
        try walk.visit("Root", depth: 0)
        features = try walk.expanded()
    }

    private struct Walk {
        let camera: AravisCamera
        let least: Int
        var seen: Set<String> = []
        var found: [(name: String, node: UInt, kind: AravisLibrary.NodeKind, visibility: Int)] = []
        /// The selectors of each feature.
        var selectors: [String: [String]] = [:]

        init(camera: AravisCamera, least: Int) { (self.camera, self.least) = (camera, least) }

        mutating func visit(_ name: String, depth: Int) throws(DeviceError) {
            // A description may name itself, or be larger than any camera's.
            guard depth < 32, found.count < 20_000, seen.insert(name).inserted, let node = try camera.node(name) else {
                return
            }
            let library = camera.library
            let kind = library.kind(of: node)
            guard kind != .category else {
                for name in library.features(ofCategory: node) { try visit(name, depth: depth + 1) }
                return
            }
            guard kind != .other, (try? library.isImplemented(node)) ?? false else { return }
            found.append((name, node, kind, library.visibility(of: node)))
            guard [.choice, .int].contains(kind), library.isSelector(node) else { return }
            for selected in library.selected(by: node) {
                if let other = camera.name(ofNode: selected) { selectors[other, default: []].append(name) }
            }
        }

        /// The features, each once for every entry of its selectors; the selectors themselves are left out.
        func expanded() throws(DeviceError) -> [Feature] {
            var features: [Feature] = []
            let selecting = Set(selectors.values.flatMap(\.self))
            for (name, node, kind, visibility) in found {
                guard visibility >= least, !selecting.contains(name), !Owned.contains(name) else { continue }
                guard camera.library.isReadable(node) || kind == .command else { continue }
                var ids = [FeatureID(name)]
                for selector in selectors[name] ?? [] where kind != .command {
                    let entries = try entries(of: selector)
                    guard !entries.isEmpty, ids.count * entries.count <= 256 else { continue }
                    ids = ids.flatMap { id in entries.map { FeatureID(name, id.selections + [$0]) } }
                }
                features += ids.map { Feature(id: $0, kind: kind, visibility: visibility) }
            }
            return features
        }

        private func entries(of selector: String) throws(DeviceError) -> [FeatureID.Selection] {
            guard let known = found.first(where: { $0.name == selector }) else { return [] }
            if known.kind == .choice {
                return try camera.choices(FeatureID(selector))
                    .map { FeatureID.Selection(selector: selector, key: $0.key, entry: $0.label) }
            }
            let limits = try camera.intLimits(FeatureID(selector))
            guard limits.count <= 64 else { return [] }
            return limits.map { FeatureID.Selection(selector: selector, key: $0, entry: "\($0)") }
        }
    }
}

/// The features that the driver sets itself, and those that must not be set by the way.
enum Owned {
    private static let names: Set<String> = [
        "Width", "Height", "OffsetX", "OffsetY", "BinningHorizontal", "BinningVertical", "BinningSelector",
        "AcquisitionMode", "AcquisitionStart", "AcquisitionStop", "AcquisitionAbort", "AcquisitionArm",
        "AcquisitionFrameCount", "AcquisitionBurstFrameCount", "AcquisitionStatus", "TLParamsLocked", "PayloadSize",
        "ExposureTime", "ExposureTimeAbs", "ExposureTimeRaw", "ExposureTimeBaseAbs", "ExposureMode", "ChunkModeActive",
        "ChunkSelector", "ChunkEnable", "UserSetLoad", "UserSetSave", "UserSetSelector", "UserSetDefault",
        "UserSetDefaultSelector", "DeviceReset", "WidthMax", "HeightMax", "SensorWidth", "SensorHeight",
        "TimestampLatch", "TimestampLatchValue", "TimestampReset",
    ]
    private static let beginnings = ["Trigger", "Gev", "ArvGev", "GevSCP", "FileAccess", "FileOp", "LUTValueAll"]

    static func contains(_ name: String) -> Bool {
        names.contains(name) || beginnings.contains { name.hasPrefix($0) }
    }
}
