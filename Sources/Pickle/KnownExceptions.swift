/// The exception classes that may be read.
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
