public import Pyro

/// The kinds of objects on device servers, recognised by the members they offer.
public enum RemoteKind: String, Sendable, CaseIterable {
    // In the order in which they are tried: specific kinds first.
    case camera
    case deformableMirror = "deformable mirror"
    case filterWheel = "filter wheel"
    case lightSource = "light source"
    case digitalIO = "digital I/O"
    case valueLogger = "value logger"
    case stage
    case controller
    case dataDevice = "data device"
    case device
    case stageAxis = "stage axis"

    /// The members that every object of the kind offers.
    var members: Set<String> {
        switch self {
        case .camera: ["set_client", "get_exposure_time", "get_sensor_shape", "get_roi"]
        case .deformableMirror: ["apply_pattern", "n_actuators"]
        case .filterWheel: ["position", "n_positions"]
        case .lightSource: ["power", "get_is_on"]
        case .digitalIO: ["get_num_lines", "read_line"]
        case .valueLogger: ["set_client", "get_num_sensors"]
        case .stage: ["axes", "move_to", "move_by"]
        case .controller: ["devices"]
        case .dataDevice: ["set_client", "enable"]
        case .device: ["enable", "disable", "get_all_settings"]
        case .stageAxis: ["position", "limits", "move_to", "move_by"]
        }
    }

    /// The kind of an object with these members; nil for an object that is not a device.
    public init?(_ metadata: ObjectMetadata) {
        let offered = Set(metadata.methods + metadata.attributes)
        guard let kind = Self.allCases.first(where: { $0.members.isSubset(of: offered) }) else { return nil }
        self = kind
    }
}
