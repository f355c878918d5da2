import Pickle
import Pyro
import Threads

/// An object to call: it adds, waits, fails, and remembers.
final class TestObject: PyroObject {
    private let state = Monitor<(value: PythonValue, notes: [PythonValue])>((42, []))

    let metadata = ObjectMetadata(
        methods: ["add", "echo", "fail", "myself", "note", "wait"],
        oneway: ["note"],
        attributes: ["value"]
    )

    /// What was noted, once there are that many.
    func notes(_ count: Int) -> [PythonValue]? {
        state.wait(within: .seconds(20)) { $0.notes.count >= count ? $0.notes : nil }
    }

    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> CallResult {
        switch (method, arguments.positional.first, arguments.positional.dropFirst().first) {
        case ("add", .int(let a)?, .int(let b)?): return .value(.int(a + b))
        case ("add", .int(let a)?, nil):
            guard case .int(let b)? = arguments.keywords["b"] else { break }
            return .value(.int(a + b))
        case ("echo", let value?, nil): return .value(value)
        case ("fail", .str(let text)?, nil): throw PythonException("ValueError", text)
        case ("fail", .str(let text)?, .str(let name)?):
            throw PythonException(PythonClass("serial.serialutil", name), [.str(text)])
        case ("myself", nil, nil): return .value(.reference("Test"))
        case ("note", let value?, nil):
            state.update { $0.notes.append(value) }
            return .value(.none)
        case ("wait", .float(let seconds)?, nil):
            Pause.wait(for: .seconds(seconds))
            return .value(.none)
        default: break
        }
        throw PythonException("TypeError", "\(method)() is not called so")
    }

    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue {
        guard attribute == "value" else { throw PythonException("AttributeError", attribute) }
        return state.withLock(\.value)
    }

    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws {
        state.withLock { $0.value = value }
    }
}
