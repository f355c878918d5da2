extension PickleReader {
    /// Finishes an entry as part of a container and takes its value out; its place on the stack is left empty.
    private mutating func content(_ place: Int, of size: inout Size) throws(PickleError) -> PythonValue {
        close(place)
        try size.hold(stack[place].size, limits)
        // Exchanged rather than copied, which is the greater part of reading a value.
        switch exchange(&stack[place].item, with: .value(.none)) {
        case .value(let value): return value
        case let item: return try item.value(unknown)
        }
    }

    /// The same for what must be fit to be a key.
    private mutating func key(_ place: Int, of size: inout Size) throws(PickleError) -> PythonValue {
        let key = try content(place, of: &size)
        try allowance.hash(key)
        return key
    }

    mutating func pushTuple(count: Int) throws(PickleError) {
        try pushTuple(from: try place(count: count))
    }

    /// Makes a tuple of the entries from a place on.
    mutating func pushTuple(from start: Int) throws(PickleError) {
        var size = Size.emptyContainer
        var isPlain = true
        for place in start..<stack.count {
            close(place)
            try size.hold(stack[place].size, limits)
            if case .value = stack[place].item { continue }
            isPlain = false
        }
        let tuple: Item = isPlain ? .value(.tuple(takeValues(from: start))) : .arguments(stack[start...].map(\.item))
        try replace(from: start, by: tuple, size)
    }

    /// Takes plain values out of the stack, where nothing remains of them.
    private mutating func takeValues(from start: Int) -> [PythonValue] {
        var values: [PythonValue] = []
        values.reserveCapacity(stack.count - start)
        for place in start..<stack.count {
            if case .value(let value) = exchange(&stack[place].item, with: .value(.none)) { values.append(value) }
        }
        return values
    }

    /// Puts one finished container in the place of the entries that went into it.
    private mutating func replace(from start: Int, by item: Item, _ size: Size) throws(PickleError) {
        removeEntries(from: start)
        try weigh(1)
        stack.append(Entry(item, size, isOpen: false))
    }

    mutating func pushFrozenSet(from start: Int) throws(PickleError) {
        var size = Size.emptyContainer
        var items: [PythonValue] = []
        items.reserveCapacity(stack.count - start)
        for place in start..<stack.count { items.append(try key(place, of: &size)) }
        try replace(from: start, by: .value(.frozenset(DictionaryKey.distinct(items))), size)
    }

    /// The place of the container that the entries from a place on are to be put into.
    private func container(below start: Int) throws(PickleError) -> Int {
        guard start > marks.last ?? 0 else { throw .malformed("no container on the stack") }
        guard stack[start - 1].isOpen else { throw .malformed("change of a finished container") }
        return start - 1
    }

    mutating func appendItems(from start: Int) throws(PickleError) {
        let target = try container(below: start)
        guard case .value(.list(var list)) = stack[target].item else { throw .malformed("items for what is no list") }
        // The stack lets go of its own hold, so that the list is not copied.
        stack[target].item = .value(.none)
        var size = stack[target].size
        if list.isEmpty { list.reserveCapacity(stack.count - start) }
        for place in start..<stack.count { list.append(try content(place, of: &size)) }
        store(.list(list), size, at: target)
    }

    /// Only a finished set is searched for equal members: it may come in any number of parts.
    mutating func addItems(from start: Int) throws(PickleError) {
        let target = try container(below: start)
        guard case .value(.set(var set)) = stack[target].item else { throw .malformed("items for what is no set") }
        stack[target].item = .value(.none)
        var size = stack[target].size
        if set.isEmpty { set.reserveCapacity(stack.count - start) }
        for place in start..<stack.count { set.append(try key(place, of: &size)) }
        store(.set(set), size, at: target)
    }

    mutating func setItems(from start: Int) throws(PickleError) {
        let target = try container(below: start)
        guard case .value(.dict(var dict)) = stack[target].item else { throw .malformed("items for what is no dict") }
        guard (stack.count - start).isMultiple(of: 2) else { throw .malformed("a key without a value") }
        stack[target].item = .value(.none)
        var size = stack[target].size
        for place in stride(from: start, to: stack.count, by: 2) {
            let key = try key(place, of: &size)
            dict[key] = try content(place + 1, of: &size)
        }
        store(.dict(dict), size, at: target)
    }

    /// Puts a container back in its place after the items above it went into it.
    private mutating func store(_ value: PythonValue, _ size: Size, at place: Int) {
        stack[place].item = .value(value)
        stack[place].size = size
        removeEntries(from: place + 1)
    }
}
