internal import Devices
internal import Pickle

/// A question of the supervisor about the state of devices, for interlocks.
struct ConditionQuestion: Sendable, Equatable {
    /// An answer has the number of its question.
    let number: Int
    let conditions: [InterlockCondition]
}

/// The answer of a worker: for each condition the reason why it does not hold, or nil if it does.
struct ConditionAnswer: Sendable, Equatable {
    let number: Int
    let obstacles: [String?]
}

/// The lights of a worker that may be on, and the reasons for the others.
struct LightPermissions: Sendable, Equatable {
    /// The path of the light in the configuration, and what forbids it.
    let lights: [(light: DevicePath, obstacle: String?)]

    static func == (left: LightPermissions, right: LightPermissions) -> Bool {
        left.lights.elementsEqual(right.lights) { $0 == $1 }
    }
}

// MARK: Coding

extension ConditionQuestion {
    var value: PythonValue { .tuple([.int(number), .list(conditions.map(\.value))]) }

    init?(_ value: PythonValue) {
        guard case .tuple(let parts) = value, parts.count == 2, case .int(let number) = parts[0],
            case .list(let items) = parts[1]
        else { return nil }
        let conditions = items.compactMap(InterlockCondition.init)
        guard conditions.count == items.count else { return nil }
        self.init(number: number, conditions: conditions)
    }
}

extension ConditionAnswer {
    var value: PythonValue { .tuple([.int(number), .list(obstacles.map(PythonValue.optional))]) }

    init?(_ value: PythonValue) {
        guard case .tuple(let parts) = value, parts.count == 2, case .int(let number) = parts[0],
            case .list(let items) = parts[1]
        else { return nil }
        // What cannot be read does not hold.
        self.init(number: number, obstacles: items.map { $0 == .none ? nil : $0.text ?? "unreadable" })
    }
}

extension LightPermissions {
    var value: PythonValue {
        .list(lights.map { .tuple([.str($0.light.name), .str($0.light.part), .optional($0.obstacle)]) })
    }

    init?(_ value: PythonValue) {
        guard case .list(let items) = value else { return nil }
        lights = items.compactMap { item in
            guard case .tuple(let parts) = item, parts.count == 3, let name = parts[0].text, let part = parts[1].text
            else { return nil }
            return (DevicePath(name: name, part: part), parts[2] == .none ? nil : parts[2].text ?? "unreadable")
        }
    }
}

extension PythonValue {
    fileprivate static func optional(_ text: String?) -> PythonValue { text.map(PythonValue.str) ?? .none }
}

extension InterlockCondition {
    fileprivate var value: PythonValue {
        let (word, arguments): (String, [PythonValue]) =
            switch state {
            case .line(let line, let level): ("line", [.int(line), .bool(level)])
            case .position(let positions): ("position", positions.sorted().map(PythonValue.int))
            case .axis(let axis, let range): ("axis", [.str(axis), .float(range.lowerBound), .float(range.upperBound)])
            case .enabled(let isEnabled): ("enabled", [.bool(isEnabled)])
            }
        return .tuple([.str(device.name), .str(device.part), .str(word), .list(arguments)])
    }

    fileprivate init?(_ value: PythonValue) {
        guard case .tuple(let parts) = value, parts.count == 4, let name = parts[0].text, let part = parts[1].text,
            let word = parts[2].text, case .list(let arguments) = parts[3]
        else { return nil }
        let state: State
        switch (word, arguments.first, arguments.dropFirst().first, arguments.dropFirst(2).first) {
        case ("line", .int(let line)?, .bool(let level)?, nil): state = .line(line, is: level)
        case ("position", _, _, _):
            state = .position(Set(arguments.compactMap { if case .int(let position) = $0 { position } else { nil } }))
        case ("axis", .str(let axis)?, .float(let lower)?, .float(let upper)?) where lower <= upper:
            state = .axis(axis, within: lower...upper)
        case ("enabled", .bool(let isEnabled)?, nil, nil): state = .enabled(isEnabled)
        default: return nil
        }
        self.init(DevicePath(name: name, part: part), state)
    }
}
