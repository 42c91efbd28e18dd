-- Makes the loaded set the live one and hands the book to this epoch, at seq 0.
--
-- KEYS  state (hash), buyers (set), this epoch's set
-- ARGV  epoch, sold, left, the one higher epoch that may be overwritten ('' for none)
-- Reply {'FLIPPED'}, {'FENCED', epoch}, {'MISCOUNTED', members of this epoch's set}
--
-- An epoch equal to this one is this call itself, repeated, if the book is as this call leaves it. If it
-- is not, this epoch has sold since (the call comes late, and nobody listens), or the number is garbage.
--
-- The way out of any damage: a state or a set of a wrong type, or an epoch that is no number, counts
-- as not there and is replaced.

local STATE, BUYERS, LOADED = KEYS[1], KEYS[2], KEYS[3]
local EPOCH, SOLD, LEFT, GARBAGE = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]

-- A whole number exactly as this program writes it, so that equal numbers are equal strings.
local function is_whole(text)
  return text and #text <= 18 and (text == '0' or string.find(text, '^[1-9]%d*$') ~= nil)
end

local epoch = redis.call('TYPE', STATE).ok == 'hash' and redis.call('HGET', STATE, 'epoch')
if is_whole(epoch) then
  if epoch == EPOCH then
    local count = redis.call('TYPE', BUYERS).ok == 'set' and redis.call('SCARD', BUYERS) or 0
    local same = redis.call('HGET', STATE, 'seq') == '0' and redis.call('HGET', STATE, 'left') == LEFT
    return same and count == SOLD and {'FLIPPED'} or {'FENCED', epoch}
  end
  if tonumber(epoch) > tonumber(EPOCH) and epoch ~= GARBAGE then return {'FENCED', epoch} end
end

local loaded = 0
if redis.call('TYPE', LOADED).ok == 'set' then loaded = redis.call('SCARD', LOADED) end
if loaded ~= SOLD then return {'MISCOUNTED', string.format('%.0f', loaded)} end

-- UNLINK frees a large set in the background; RENAME over one and DEL would hold up everybody.
redis.call('UNLINK', STATE, BUYERS)
if SOLD > 0 then
  redis.call('RENAME', LOADED, BUYERS)
  redis.call('PERSIST', BUYERS)
else
  redis.call('UNLINK', LOADED)
end
redis.call('HSET', STATE, 'epoch', EPOCH, 'seq', '0', 'left', LEFT)
return {'FLIPPED'}
