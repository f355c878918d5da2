/// A Python exception: its class, its arguments and further attributes.
public struct PythonException: Error, Sendable, Hashable {
    public var type: PythonClass
    public var arguments: [PythonValue]
    /// Attributes other than the arguments.
    ///
    /// Pyro puts the remote traceback here.
    public var attributes: PythonDictionary

    public init(_ type: PythonClass, _ arguments: [PythonValue], attributes: PythonDictionary = [:]) {
        self.type = type
        self.arguments = arguments
        self.attributes = attributes
    }

    /// An exception of a built-in class with one text as its argument.
    public init(_ name: String, _ message: String) {
        self.init(PythonClass("builtins", name), [.str(message)])
    }
}

extension PythonException {
    /// The message, as Python's `str` gives it.
    public var text: String {
        if case .str(let text)? = arguments.first, arguments.count == 1 { return text }
        return description
    }
}

extension PythonException: CustomStringConvertible {
    public var description: String {
        let texts = arguments.map { if case .str(let text) = $0 { text } else { "\($0)" } }
        return "\(type.name): \(texts.joined(separator: ", "))"
    }
}

/// The exception classes that are accepted from the wire.
public enum KnownExceptions {
    public static let classes: [PythonClass] = names.flatMap { module, names in
        names.split(whereSeparator: \.isWhitespace).map { PythonClass(module, String($0)) }
    }

    private static let names = [
        (
            "builtins",
            """
            ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError
            BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError
            ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError EncodingWarning Exception
            ExceptionGroup FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit
            ImportError ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError
            KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError NotADirectoryError
            NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError ProcessLookupError
            PythonFinalizationError RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning
            StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError
            TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError
            UnicodeWarning UserWarning ValueError Warning ZeroDivisionError
            """
        ),
        (
            "Pyro4.errors",
            """
            PyroError CommunicationError ConnectionClosedError TimeoutError ProtocolError MessageTooLargeError
            NamingError DaemonError SecurityError SerializeError
            """
        ),
        (
            "microscope",
            """
            MicroscopeError DeviceError IncompatibleStateError DisabledDeviceError InitialiseError
            UnsupportedFeatureError LibraryLoadError
            """
        ),
    ]
}
