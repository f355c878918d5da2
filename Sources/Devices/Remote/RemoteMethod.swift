public import Pickle

/// A row that names the Swift function that answers to a Python method.
///
///     RemoteMethod("set_exposure_time", "value", call: setExposureTime)
///     RemoteMethod("update_settings", "incoming", Parameter("init", default: false), call: update)
public struct RemoteMethod: RemoteMember {
    let name: String
    let body: (CallArguments) throws -> Outcome

    public func add(to interface: inout RemoteInterface) { interface.add(self) }

    public init<each P: PythonConvertible, R: RemoteResult>(
        _ name: String,
        _ parameters: repeat Parameter<each P>,
        call body: @escaping (repeat each P) throws -> R
    ) {
        var names: [String] = []
        var otherNames: [String: String] = [:]
        var needed = 0
        for parameter in repeat each parameters {
            names.append(parameter.name)
            otherNames[parameter.otherName ?? parameter.name] = parameter.name
            if parameter.fallback == nil { needed = names.count }
        }
        self.name = name
        self.body = { [names, otherNames, needed] arguments in
            let arguments = arguments.keywords.isEmpty ? arguments : arguments.renaming(otherNames)
            try arguments.check(for: name, taking: names, needing: needed)
            var cursor = CallArguments.Cursor(arguments, of: name)
            let values = (repeat try cursor.next(each parameters))
            return try body(repeat each values).outcome
        }
    }

    /// A method that returns nothing, which is `None` in Python.
    public init<each P: PythonConvertible>(
        _ name: String,
        _ parameters: repeat Parameter<each P>,
        call body: @escaping (repeat each P) throws -> Void
    ) {
        self.init(name, repeat each parameters) { (values: repeat each P) -> PythonValue in
            try body(repeat each values)
            return PythonValue.none
        }
    }

    /// A method that takes whatever it is given.
    public init(_ name: String, any body: @escaping (CallArguments) throws -> PythonValue) {
        self.name = name
        self.body = { .value(try body($0)) }
    }
}
