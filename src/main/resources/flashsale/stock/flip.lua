-- Makes the loaded set the live one and hands the book to this epoch, at seq 0.
--
-- KEYS  state (hash), buyers (set), this epoch's set
-- ARGV  epoch, sold, left, the one higher epoch that may be overwritten ('' for none)
-- Reply {'FLIPPED'}, {'FENCED', epoch}, {'MISCOUNTED', members of this epoch's set}
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
  -- This call was here already, and this epoch may have sold since.
  if epoch == EPOCH then return {'FLIPPED'} end
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
