import Devices

struct CameraOptions: Decodable, Sendable, Equatable {
    var sensorShape: [Int]?
    var bufferLength: Int?

    private enum CodingKeys: String, CodingKey {
        case sensorShape = "sensor_shape"
        case bufferLength = "buffer_length"
    }
}

/// Refuses what decodes well but makes no sense.
struct WheelOptions: Decodable, Sendable, Equatable {
    var positions: Int

    private enum CodingKeys: CodingKey { case positions }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        positions = try container.decode(Int.self, forKey: .positions)
        guard positions > 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: .positions,
                in: container,
                debugDescription: "positions must be a positive number"
            )
        }
    }
}

struct StageOptions: Decodable, Sendable, Equatable { var limits: [String: Limits] }

/// Two numbers, read one after the other.
struct Limits: Decodable, Sendable, Equatable {
    var lower, upper: Double

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        lower = try container.decode(Double.self)
        upper = try container.decode(Double.self)
        guard lower <= upper else { throw LimitsError() }
    }
}

/// An error that knows nothing of coding.
struct LimitsError: Error, CustomStringConvertible {
    var description: String { "the lower limit is above the upper" }
}

struct MirrorOptions: Decodable, Sendable {
    var actuatorCount: UInt16

    private enum CodingKeys: String, CodingKey { case actuatorCount = "n_actuators" }
}

struct LineOptions: Decodable, Sendable { var numLines: Int }
struct LoggerOptions: Decodable, Sendable { var numSensors: Int; var pullData: Bool? }

/// Names other drivers, each with its own options.
struct ControllerOptions: Decodable, Sendable { var devices: NamedOptions<NestedDriver> }

/// Options of every shape that a driver may have.
struct EverythingOptions: Decodable, Sendable, Equatable {
    enum Mode: String, Decodable, CaseIterable { case fast, slow }
    enum Level: Int, Decodable { case low = 1, high = 2 }
    struct Inner: Decodable, Sendable, Equatable {
        var port: String
        var baud: UInt32?
    }

    var flag: Bool
    var text: String
    var number: Double
    var small: Int8
    var mode: Mode
    var level: Level?
    var inner: Inner
    var list: [Inner]?
    var table: [String: [Float]]?
    var either: Either?
}

/// A number or a text, found out by trying.
enum Either: Decodable, Sendable, Equatable {
    case number(Int)
    case text(String)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }
}
