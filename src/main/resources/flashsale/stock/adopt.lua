-- Hands a book that already says what the ledger says to a new epoch, at seq 0, without a look at
-- the buyers: O(1), however many they are.
--
-- KEYS  state (hash: epoch, seq, left, digest, reply), buyers (set)
-- ARGV  previous epoch, its seq, what was left in it, epoch, sold, left
-- Reply {'ADOPTED'}, {'DIFFERS', why}
--
-- Compare-and-set on epoch and seq: whoever wrote after the caller looked is not run over. As with a
-- claim, everything is checked before anything is written.
--
-- At this epoch and seq, and with this many buyers, what is left can only be one number. Another one
-- was put there by hand, and then the buyers may have been edited too: such a book is rebuilt.

local STATE, BUYERS = KEYS[1], KEYS[2]
local PREVIOUS, PREVIOUS_SEQ, PREVIOUS_LEFT = ARGV[1], ARGV[2], ARGV[3]
local EPOCH, SOLD, LEFT = ARGV[4], ARGV[5], ARGV[6]

-- A whole number exactly as this program writes it, so that equal numbers are equal strings.
local function is_whole(text)
  return text and #text <= 18 and (text == '0' or string.find(text, '^[1-9]%d*$') ~= nil)
end

local function differs(what, found, expected)
  return {'DIFFERS', string.format('%s: %s (expected: %s)', what, found, expected)}
end

local kind = redis.call('TYPE', STATE).ok
if kind ~= 'hash' then return differs('state', kind, 'hash') end
local stored = redis.call('HMGET', STATE, 'epoch', 'seq', 'left')
local epoch, seq, left = stored[1], stored[2], stored[3]
for i, name in ipairs({'epoch', 'seq', 'left'}) do
  if not is_whole(stored[i]) then return differs(name, 'no number', 'one') end
end

kind = redis.call('TYPE', BUYERS).ok
if kind ~= 'set' and kind ~= 'none' then return differs('buyers', kind, 'set') end
local buyers = string.format('%.0f', redis.call('SCARD', BUYERS))
if buyers ~= SOLD then return differs('buyers', buyers, SOLD) end

-- This call was here already, and nothing has happened since: a repeat.
if epoch == EPOCH and seq == '0' and left == LEFT then return {'ADOPTED'} end

if epoch ~= PREVIOUS then return differs('epoch', epoch, PREVIOUS) end
if seq ~= PREVIOUS_SEQ then return differs('seq', seq, PREVIOUS_SEQ) end
if left ~= PREVIOUS_LEFT then return differs('left', left, PREVIOUS_LEFT) end

-- HSET comes first: without memory it is refused before anything has changed.
redis.call('HSET', STATE, 'epoch', EPOCH, 'seq', '0', 'left', LEFT)
redis.call('HDEL', STATE, 'digest', 'reply')
return {'ADOPTED'}
