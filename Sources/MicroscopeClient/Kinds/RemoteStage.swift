public import Devices
internal import Pickle

/// A stage whose axes move alone or together, in the stage's own units.
public struct RemoteStage: RemoteDevice {
    public static let kind = RemoteKind.stage
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    /// The axes by their names, in the stage's order.
    public var axes: [(name: String, axis: RemoteStageAxis)] {
        get async throws { try await connection.parts("axes").map { ($0.name, RemoteStageAxis($0.connection)) } }
    }

    /// One of the axes.
    ///
    /// - Throws: ``CallFailure`` if there is no axis of that name.
    public func axis(_ name: String) async throws -> RemoteStageAxis {
        try await connection.part(name, of: "axes", as: RemoteStageAxis.self)
    }

    /// The position of each axis, in the stage's order.
    public var position: NamedValues<Double> {
        get async throws { try await connection.get("position", as: NamedValues<Double>.self) }
    }

    /// The limits of each axis.
    public var limits: NamedValues<AxisLimits> {
        get async throws { try await connection.get("limits", as: NamedValues<AxisLimits>.self) }
    }

    /// Whether enabling may move the stage, to find its limits.
    public var mayMoveOnEnable: Bool {
        get async throws { try await connection.call("may_move_on_enable", as: Bool.self) }
    }

    /// Moves the named axes together, to the nearest position within their limits; returns when all have arrived.
    public func move(to position: NamedValues<Double>) async throws {
        try await connection.call("move_to", position.python)
    }

    /// Moves the named axes together by these distances; returns when all have arrived.
    public func move(by delta: NamedValues<Double>) async throws {
        try await connection.call("move_by", delta.python)
    }
}

/// One axis of a stage, in the stage's own units.
public struct RemoteStageAxis: RemoteDevice {
    public static let kind = RemoteKind.stageAxis
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    public var position: Double { get async throws { try await connection.get("position", as: Double.self) } }
    public var limits: AxisLimits { get async throws { try await connection.get("limits", as: AxisLimits.self) } }
    /// Moves to the nearest position within the limits; returns when the axis has arrived.
    public func move(to position: Double) async throws { try await connection.call("move_to", .float(position)) }
    /// Moves by a distance; returns when the axis has arrived.
    public func move(by distance: Double) async throws { try await connection.call("move_by", .float(distance)) }
}

/// A controller: one device with others attached to it.
public struct RemoteController: RemoteDevice {
    public static let kind = RemoteKind.controller
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    /// The names of its devices, in the controller's order.
    public var deviceNames: [String] { get async throws { try await connection.parts("devices").map(\.name) } }

    /// One of its devices.
    ///
    /// - Throws: ``CallFailure`` if there is no device of that name, or if it is of another kind.
    public func device<Kind: RemoteDevice>(_ name: String, as type: Kind.Type = Kind.self) async throws -> Kind {
        try await connection.part(name, of: "devices", as: type)
    }
}
